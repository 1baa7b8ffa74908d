package io.evenkeel.tensor;

import java.util.Locale;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The element type of a tensor, with its width in bytes and its name in safetensors files.
public enum DType {
    FLOAT32(ScalarType.Float, 4, "F32"),
    FLOAT64(ScalarType.Double, 8, "F64"),
    BFLOAT16(ScalarType.BFloat16, 2, "BF16"),
    FLOAT16(ScalarType.Half, 2, "F16"),
    FLOAT8_E4M3(ScalarType.Float8_e4m3fn, 1, "F8_E4M3"),
    FLOAT8_E5M2(ScalarType.Float8_e5m2, 1, "F8_E5M2"),
    INT64(ScalarType.Long, 8, "I64"),
    INT32(ScalarType.Int, 4, "I32"),
    INT16(ScalarType.Short, 2, "I16"),
    INT8(ScalarType.Char, 1, "I8"),
    UINT8(ScalarType.Byte, 1, "U8"),
    BOOL(ScalarType.Bool, 1, "BOOL");

    private final ScalarType scalarType;
    private final int bytes;
    private final String safetensorsName;

    DType(ScalarType scalarType, int bytes, String safetensorsName) {
        this.scalarType = scalarType;
        this.bytes = bytes;
        this.safetensorsName = safetensorsName;
    }

    /// Width of one element in bytes.
    public int bytes() {
        return bytes;
    }

    /// The name of this type in the header of a safetensors file, such as `F32`.
    public String safetensorsName() {
        return safetensorsName;
    }

    /// Whether elements are floating-point numbers, of any width.
    public boolean isFloating() {
        return switch (this) {
            case FLOAT32, FLOAT64, BFLOAT16, FLOAT16, FLOAT8_E4M3, FLOAT8_E5M2 -> true;
            case INT64, INT32, INT16, INT8, UINT8, BOOL -> false;
        };
    }

    /// The type of that name in safetensors files.
    ///
    /// @throws IllegalArgumentException for a name that no type here has
    public static DType ofSafetensors(String name) {
        for (var type : values()) {
            if (type.safetensorsName.equals(name)) {
                return type;
            }
        }
        throw new IllegalArgumentException("dtype must be one of those of safetensors but was " + name);
    }

    ScalarType scalarType() {
        return scalarType;
    }

    static DType of(ScalarType scalarType) {
        // Enums that the bindings return are not the constants until interned.
        var interned = scalarType.intern();
        for (var type : values()) {
            if (type.scalarType == interned) {
                return type;
            }
        }
        throw new IllegalArgumentException("tensors of libtorch's type " + interned + " have no dtype here");
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
