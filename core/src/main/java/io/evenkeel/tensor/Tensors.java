package io.evenkeel.tensor;

import io.evenkeel.random.RandomStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// Makes tensors: constants, copies of Java arrays, views of memory, random numbers from a [RandomStream].
///
/// Without a dtype, floating constructors give FLOAT32 on the processor.
public final class Tensors {
    private Tensors() {}

    /// Zeros, FLOAT32.
    public static Tensor zeros(long... shape) {
        return zeros(DType.FLOAT32, shape);
    }

    public static Tensor zeros(DType dtype, long... shape) {
        return full(0, dtype, shape);
    }

    /// Ones, FLOAT32.
    public static Tensor ones(long... shape) {
        return full(1, DType.FLOAT32, shape);
    }

    /// `value` everywhere.
    public static Tensor full(double value, DType dtype, long... shape) {
        return full(value, dtype, Device.CPU, shape);
    }

    public static Tensor full(double value, DType dtype, Device device, long... shape) {
        return make("full", () -> torch.full(shape, new Scalar(value), options(dtype, device)));
    }

    /// Memory of that shape whose content is not defined.
    public static Tensor empty(DType dtype, long... shape) {
        return make("empty", () -> torch.empty(shape, options(dtype, Device.CPU), null));
    }

    /// The integers `0 .. count - 1`, INT64, `[count]`.
    public static Tensor arange(long count) {
        return make("arange", () -> torch.arange(new Scalar(count), options(DType.INT64, Device.CPU)));
    }

    /// `steps` evenly spaced numbers from `start` to `end`, both included.
    public static Tensor linspace(double start, double end, long steps) {
        return make(
                "linspace",
                () -> torch.linspace(new Scalar(start), new Scalar(end), steps, options(DType.FLOAT32, Device.CPU)));
    }

    /// The identity matrix, FLOAT32, `[size, size]`.
    public static Tensor eye(long size) {
        return make("eye", () -> torch.eye(size, options(DType.FLOAT32, Device.CPU)));
    }

    /// One number, no dimensions.
    public static Tensor scalar(double value, DType dtype) {
        return full(value, dtype);
    }

    /// A copy of `values` in row-major order.
    ///
    /// @throws IllegalArgumentException when the shape does not hold exactly that many elements
    public static Tensor of(float[] values, long... shape) {
        return copy(MemorySegment.ofArray(values), values.length, DType.FLOAT32, shape);
    }

    public static Tensor of(double[] values, long... shape) {
        return copy(MemorySegment.ofArray(values), values.length, DType.FLOAT64, shape);
    }

    public static Tensor of(long[] values, long... shape) {
        return copy(MemorySegment.ofArray(values), values.length, DType.INT64, shape);
    }

    private static Tensor copy(MemorySegment values, long count, DType dtype, long... shape) {
        var elements = Shapes.elements(shape);
        if (elements != count) {
            throw new IllegalArgumentException(
                    "shape " + Shapes.text(shape) + " has " + elements + " elements but " + count + " were given");
        }
        var tensor = empty(dtype, shape);
        tensor.memory().copyFrom(values);
        return tensor;
    }

    /// A tensor over memory that the caller owns and keeps alive for as long as the tensor or a view of it is used.
    /// Nothing is copied; writes go both ways.
    public static Tensor over(MemorySegment memory, DType dtype, long... shape) {
        if (memory.byteSize() < Shapes.elements(shape) * dtype.bytes()) {
            throw new IllegalArgumentException(
                    "memory of " + memory.byteSize() + " bytes does not hold " + dtype + Shapes.text(shape));
        }
        return make("from_blob", () -> torch.from_blob(new Address(memory), shape, options(dtype, Device.CPU)));
    }

    /// Normal with that mean and standard deviation, FLOAT32.
    public static Tensor normal(RandomStream random, double mean, double std, long... shape) {
        return empty(DType.FLOAT32, shape).normal_(random, mean, std);
    }

    /// Standard normal, FLOAT32.
    public static Tensor randn(RandomStream random, long... shape) {
        return normal(random, 0, 1, shape);
    }

    /// Uniform in `[low, high)`, FLOAT32.
    public static Tensor uniform(RandomStream random, double low, double high, long... shape) {
        return empty(DType.FLOAT32, shape).uniform_(random, low, high);
    }

    /// Uniform integers in `[0, bound)`, INT64.
    public static Tensor randint(RandomStream random, long bound, long... shape) {
        try (var generator = generator(random)) {
            return make(
                    "randint",
                    () -> torch.randint(
                            bound, shape, new GeneratorOptional(generator), options(DType.INT64, Device.CPU)));
        }
    }

    /// Joins along an existing dimension.
    public static Tensor cat(List<Tensor> tensors, long dim) {
        return Tensor.op("cat", () -> torch.cat(vector(tensors), dim), tensors.toArray(Tensor[]::new));
    }

    /// Joins along a new dimension.
    public static Tensor stack(List<Tensor> tensors, long dim) {
        return Tensor.op("stack", () -> torch.stack(vector(tensors), dim), tensors.toArray(Tensor[]::new));
    }

    /// Elements of `yes` where `condition` holds, else of `no`.
    public static Tensor where(Tensor condition, Tensor yes, Tensor no) {
        return Tensor.op("where", () -> torch.where(condition.at(), yes.at(), no.at()), condition, yes, no);
    }

    /// Sum of products in Einstein's notation, such as `bhid,bhjd->bhij`.
    public static Tensor einsum(String equation, Tensor... operands) {
        return Tensor.op("einsum " + equation, () -> torch.einsum(equation, vector(List.of(operands))), operands);
    }

    /// A generator of libtorch whose seed is the next number of the stream: one draw a bulk fill, so that the state
    /// of
    /// the stream stays two longs.
    static org.bytedeco.pytorch.Generator generator(RandomStream random) {
        Engine.start();
        return torch.make_generator_cpu(random.nextLong());
    }

    static TensorVector vector(List<Tensor> tensors) {
        var ats = new org.bytedeco.pytorch.Tensor[tensors.size()];
        for (var i = 0; i < ats.length; i++) {
            ats[i] = tensors.get(i).at();
        }
        return new TensorVector(ats);
    }

    static TensorOptions options(DType dtype, Device device) {
        var options = new TensorOptions(dtype.scalarType());
        return device.equals(Device.CPU)
                ? options
                : options.device(new org.bytedeco.pytorch.DeviceOptional(device.at()));
    }

    private static Tensor make(String name, Tensor.Operation operation) {
        Engine.start();
        return Tensor.op(name, operation);
    }

    /// A pointer of the bindings at the address of a memory segment.
    private static final class Address extends Pointer {
        Address(MemorySegment memory) {
            this.address = memory.address();
        }
    }

    /// Reads one element of INT64 memory; for tests of element order.
    static long at(MemorySegment memory, long index) {
        return memory.getAtIndex(ValueLayout.JAVA_LONG, index);
    }
}
