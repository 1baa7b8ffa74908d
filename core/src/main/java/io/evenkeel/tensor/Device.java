package io.evenkeel.tensor;

import java.util.Locale;
import org.bytedeco.pytorch.global.torch.DeviceType;

/// Where a tensor's memory is.
///
/// @param kind  the kind of device
/// @param index which one of its kind, 0 for the processor
public record Device(Kind kind, int index) {
    /// The processor and its memory.
    public static final Device CPU = new Device(Kind.CPU, 0);

    /// The kinds of device the bindings carry.
    public enum Kind {
        CPU(DeviceType.CPU),
        CUDA(DeviceType.CUDA);

        private final DeviceType type;

        Kind(DeviceType type) {
            this.type = type;
        }
    }

    /// The CUDA device of that index.
    public static Device cuda(int index) {
        return new Device(Kind.CUDA, index);
    }

    org.bytedeco.pytorch.Device at() {
        return kind == Kind.CPU
                ? new org.bytedeco.pytorch.Device(kind.type)
                : new org.bytedeco.pytorch.Device(kind.type, (byte) index);
    }

    static Device of(org.bytedeco.pytorch.Device device) {
        return device.is_cpu() ? CPU : cuda(device.index());
    }

    @Override
    public String toString() {
        var name = kind.name().toLowerCase(Locale.ROOT);
        return kind == Kind.CPU ? name : name + ":" + index;
    }
}
