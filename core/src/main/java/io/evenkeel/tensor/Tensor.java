package io.evenkeel.tensor;

import io.evenkeel.random.RandomStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// A tensor of libtorch: elements of one [DType] in a shape on one [Device], with a gradient when asked for.
///
/// Operations carry the names of libtorch and give a new tensor; those that end in `_` write in place. A negative
/// dimension counts from the last. Elementwise operations broadcast. Who frees a tensor: see [Scope].
///
/// An operation that libtorch refuses throws [TensorException], which names the operation and the shapes; using a freed
/// tensor throws [IllegalStateException]. Tensors may be read from several threads, not changed from several.
///
/// Longer than other files: it is the list of operations, a few lines each.
public final class Tensor implements AutoCloseable {
    private final org.bytedeco.pytorch.Tensor at;
    private long @Nullable [] shape;
    private @Nullable DType dtype;

    private Tensor(org.bytedeco.pytorch.Tensor at) {
        this.at = at;
    }

    /// What libtorch is asked to do.
    interface Operation {
        org.bytedeco.pytorch.Tensor run();
    }

    /// Runs an operation and words its refusal.
    static Tensor op(String name, Operation operation, Tensor... inputs) {
        try {
            return new Tensor(operation.run());
        } catch (IllegalStateException | IllegalArgumentException e) {
            throw e;
        } catch (RuntimeException e) {
            throw TensorException.of(name, e, inputs);
        }
    }

    @SuppressWarnings("ReferenceEquality") // the bindings give the same object back
    private Tensor inPlace(String name, Operation operation, Tensor... inputs) {
        var result = op(name, operation, inputs);
        if (result.at != at) {
            result.close();
        }
        return this;
    }

    private static Tensor[] ops(String name, java.util.function.Supplier<TensorVector> operation, Tensor input) {
        try {
            var vector = operation.get();
            var parts = new Tensor[(int) vector.size()];
            for (var i = 0; i < parts.length; i++) {
                parts[i] = wrapElement(vector.get(i));
            }
            return parts;
        } catch (RuntimeException e) {
            throw TensorException.of(name, e, input);
        }
    }

    /// Two results of one operation.
    ///
    /// @param values  the values
    /// @param indices where they were, INT64
    public record Indexed(Tensor values, Tensor indices) {}

    private static Indexed indexed(String name, java.util.function.Supplier<T_TensorTensor_T> operation, Tensor input) {
        try {
            var pair = operation.get();
            return new Indexed(wrapElement(pair.get0()), wrapElement(pair.get1()));
        } catch (RuntimeException e) {
            throw TensorException.of(name, e, input);
        }
    }

    /// The tensor of the bindings.
    ///
    /// @throws IllegalStateException when it was freed
    org.bytedeco.pytorch.Tensor at() {
        if (at.isNull()) {
            throw new IllegalStateException("tensor used after it was closed, itself or with its scope");
        }
        return at;
    }

    /// A number as libtorch takes it: a whole number stays one beside whole numbers, so that their type is kept.
    private Scalar scalar(double value) {
        return !dtype().isFloating() && value == Math.rint(value) ? new Scalar((long) value) : new Scalar(value);
    }

    static Tensor wrap(org.bytedeco.pytorch.Tensor at) {
        return new Tensor(at);
    }

    /// A tensor from inside a container of the bindings, which gives a bare pointer into its own memory: this one
    /// holds
    /// a reference of its own and may outlive the container.
    static Tensor wrapElement(org.bytedeco.pytorch.Tensor element) {
        return new Tensor(new org.bytedeco.pytorch.Tensor(element));
    }

    // ---- ownership

    /// Takes the tensor out of every scope: the caller owns it and closes it.
    ///
    /// @return this tensor
    public Tensor own() {
        if (Scope.isOpen()) {
            at().retainReference();
        }
        return this;
    }

    /// Frees the tensor now. Closing twice does nothing.
    @Override
    public void close() {
        at.close();
    }

    /// Whether the tensor was freed.
    public boolean isClosed() {
        return at.isNull();
    }

    // ---- what it is

    /// The sizes of its dimensions. The array is the caller's.
    public long[] shape() {
        if (shape == null) {
            var dims = new long[(int) at().dim()];
            for (var i = 0; i < dims.length; i++) {
                dims[i] = at.size(i);
            }
            shape = dims;
        }
        return shape.clone();
    }

    /// The size of one dimension.
    ///
    /// @throws IllegalArgumentException when there is no such dimension
    public long size(int dim) {
        var shape = shape();
        var index = dim < 0 ? dim + shape.length : dim;
        if (index < 0 || index >= shape.length) {
            throw new IllegalArgumentException("dim must be in [-" + shape.length + ", " + shape.length + ") but was "
                    + dim + " for shape " + Shapes.text(shape));
        }
        return shape[index];
    }

    /// How many dimensions it has.
    public int dim() {
        return (int) at().dim();
    }

    /// How many elements it has.
    public long numel() {
        return at().numel();
    }

    /// Bytes of its elements.
    public long nbytes() {
        return numel() * dtype().bytes();
    }

    public DType dtype() {
        if (dtype == null) {
            dtype = DType.of(at().scalar_type());
        }
        return dtype;
    }

    public Device device() {
        try (var device = at().device()) {
            return Device.of(device);
        }
    }

    /// Whether elements lie in row-major order without gaps.
    public boolean isContiguous() {
        return at().is_contiguous();
    }

    @Override
    public String toString() {
        return isClosed() ? "Tensor(closed)" : "Tensor(" + dtype() + Shapes.text(shape()) + " " + device() + ")";
    }

    // ---- elements

    /// The only element of a one-element tensor as a double.
    ///
    /// @throws TensorException when there is not exactly one
    public double item() {
        if (numel() != 1) {
            throw new TensorException("item(" + this + "): needs exactly one element", new IllegalArgumentException());
        }
        try (var scalar = at().item()) {
            return scalar.toDouble();
        }
    }

    /// The elements in row-major order, converted to float.
    public float[] toFloats() {
        try (var _ = Scope.open()) {
            return readable(DType.FLOAT32).memory().toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    /// The elements in row-major order, converted to double.
    public double[] toDoubles() {
        try (var _ = Scope.open()) {
            return readable(DType.FLOAT64).memory().toArray(ValueLayout.JAVA_DOUBLE);
        }
    }

    /// The elements in row-major order, converted to long.
    public long[] toLongs() {
        try (var _ = Scope.open()) {
            return readable(DType.INT64).memory().toArray(ValueLayout.JAVA_LONG);
        }
    }

    private Tensor readable(DType dtype) {
        return detach().to(Device.CPU).to(dtype).contiguous();
    }

    /// The memory of a contiguous tensor on the processor, without a copy. It must not be used after the tensor's
    /// memory is freed: nothing checks that.
    ///
    /// @throws IllegalStateException when the elements have gaps or are on another device
    public MemorySegment memory() {
        if (!isContiguous() || !device().equals(Device.CPU)) {
            throw new IllegalStateException(this + " has no plain memory: it must be contiguous and on the processor");
        }
        var bytes = nbytes();
        try (var pointer = at().data_ptr()) {
            return bytes == 0
                    ? MemorySegment.NULL
                    : MemorySegment.ofAddress(pointer.address()).reinterpret(bytes);
        }
    }

    // ---- type, device, layout

    /// The same elements in another type; this tensor itself when it has that type already.
    public Tensor to(DType dtype) {
        return op("to " + dtype, () -> at().to(dtype.scalarType()), this);
    }

    public Tensor to(Device device) {
        return op("to " + device, () -> at().to(device.at(), at().scalar_type()), this);
    }

    /// The same bits read as another type of the same width.
    public Tensor viewAs(DType dtype) {
        return op("view " + dtype, () -> at().view(dtype.scalarType()), this);
    }

    /// This tensor, or a copy in row-major order without gaps.
    public Tensor contiguous() {
        return op("contiguous", () -> at().contiguous(), this);
    }

    /// A copy with memory of its own.
    public Tensor copy() {
        return op("clone", () -> at().clone(), this);
    }

    /// The same elements in another shape, without a copy; one size may be -1.
    public Tensor view(long... shape) {
        return op("view " + Shapes.text(shape), () -> at().view(shape), this);
    }

    /// The same elements in another shape, copied where they must be.
    public Tensor reshape(long... shape) {
        return op("reshape " + Shapes.text(shape), () -> at().reshape(shape), this);
    }

    public Tensor flatten(long startDim, long endDim) {
        return op("flatten", () -> at().flatten(startDim, endDim), this);
    }

    /// One dimension split into several, a view; one size may be -1.
    public Tensor unflatten(long dim, long... sizes) {
        return op("unflatten " + Shapes.text(sizes), () -> at().unflatten(dim, sizes), this);
    }

    public Tensor transpose(long dim0, long dim1) {
        return op("transpose", () -> at().transpose(dim0, dim1), this);
    }

    public Tensor permute(long... dims) {
        return op("permute " + Shapes.text(dims), () -> at().permute(dims), this);
    }

    public Tensor unsqueeze(long dim) {
        return op("unsqueeze", () -> at().unsqueeze(dim), this);
    }

    public Tensor squeeze(long dim) {
        return op("squeeze", () -> at().squeeze(dim), this);
    }

    /// Repeats dimensions of size 1 without a copy; -1 keeps a size.
    public Tensor expand(long... shape) {
        return op("expand " + Shapes.text(shape), () -> at().expand(shape), this);
    }

    /// Copies repeated `times` along each dimension.
    public Tensor repeat(long... times) {
        return op("repeat " + Shapes.text(times), () -> at().repeat(times), this);
    }

    /// Each element (or slice) repeated `times` in place along `dim`.
    public Tensor repeatInterleave(long times, long dim) {
        return op(
                "repeat_interleave",
                () -> at().repeat_interleave(times, new LongOptional(dim), new LongOptional()),
                this);
    }

    /// Elements `start .. start + length - 1` of a dimension, a view.
    public Tensor narrow(long dim, long start, long length) {
        return op("narrow", () -> at().narrow(dim, start, length), this);
    }

    /// Index `index` of a dimension, which disappears; a view.
    public Tensor select(long dim, long index) {
        return op("select", () -> at().select(dim, index), this);
    }

    /// Every `step`-th element from `start` before `end`, a view.
    public Tensor slice(long dim, long start, long end, long step) {
        return op("slice", () -> at().slice(dim, new LongOptional(start), new LongOptional(end), step), this);
    }

    /// Windows of `size` every `step` elements, in a new last dimension; a view.
    public Tensor unfold(long dim, long size, long step) {
        return op("unfold", () -> at().unfold(dim, size, step), this);
    }

    /// `count` parts of equal size along `dim` (the last may be smaller), views.
    public Tensor[] chunk(long count, long dim) {
        return ops("chunk", () -> at().chunk(count, dim), this);
    }

    /// Parts of the given sizes along `dim`, views.
    public Tensor[] split(long[] sizes, long dim) {
        return ops("split " + Shapes.text(sizes), () -> at().split(sizes, dim), this);
    }

    public Tensor flip(long... dims) {
        return op("flip", () -> at().flip(dims), this);
    }

    /// Shifts elements around along `dim`.
    public Tensor roll(long shift, long dim) {
        return op("roll", () -> at().roll(new long[] {shift}, dim), this);
    }

    public Tensor tril(long diagonal) {
        return op("tril", () -> at().tril(diagonal), this);
    }

    public Tensor triu(long diagonal) {
        return op("triu", () -> at().triu(diagonal), this);
    }

    public Tensor diagonal(long offset, long dim1, long dim2) {
        return op("diagonal", () -> at().diagonal(offset, dim1, dim2), this);
    }

    // ---- choosing elements

    /// The slices at `indices` (INT64, one dimension) along `dim`.
    public Tensor indexSelect(long dim, Tensor indices) {
        return op("index_select", () -> at().index_select(dim, indices.at()), this, indices);
    }

    /// One element a position of `indices` along `dim`.
    public Tensor gather(long dim, Tensor indices) {
        return op("gather", () -> at().gather(dim, indices.at()), this, indices);
    }

    public Tensor scatter(long dim, Tensor indices, Tensor source) {
        return op("scatter", () -> at().scatter(dim, indices.at(), source.at()), this, indices, source);
    }

    public Tensor scatterAdd(long dim, Tensor indices, Tensor source) {
        return op("scatter_add", () -> at().scatter_add(dim, indices.at(), source.at()), this, indices, source);
    }

    public Tensor indexAdd(long dim, Tensor indices, Tensor source) {
        return op("index_add", () -> at().index_add(dim, indices.at(), source.at()), this, indices, source);
    }

    /// `value` where `mask` (BOOL) holds.
    public Tensor maskedFill(Tensor mask, double value) {
        return op("masked_fill", () -> at().masked_fill(mask.at(), new Scalar(value)), this, mask);
    }

    /// The elements where `mask` (BOOL) holds, in one dimension.
    public Tensor maskedSelect(Tensor mask) {
        return op("masked_select", () -> at().masked_select(mask.at()), this, mask);
    }

    /// The indices of elements that are not zero, `[count, dim]`.
    public Tensor nonzero() {
        return op("nonzero", () -> at().nonzero(), this);
    }

    /// The `count` largest along the last dimension, largest first.
    public Indexed topk(long count) {
        return indexed("topk", () -> at().topk(count), this);
    }

    public Indexed sort(long dim, boolean descending) {
        return indexed("sort", () -> at().sort(dim, descending), this);
    }

    public Tensor argsort(long dim, boolean descending) {
        return op("argsort", () -> at().argsort(dim, descending), this);
    }

    /// How often each of `0 .. bins - 1` occurs in an INT64 tensor of one dimension.
    public Tensor bincount(long bins) {
        return op("bincount", () -> at().bincount(new org.bytedeco.pytorch.TensorOptional(), bins), this);
    }

    /// INT64 classes as rows with a single 1.
    public Tensor oneHot(long classes) {
        return op("one_hot", () -> torch.one_hot(at(), classes), this);
    }

    // ---- arithmetic

    /// Sum.
    public Tensor add(Tensor other) {
        return op("add", () -> at().add(other.at()), this, other);
    }

    public Tensor add(double other) {
        return op("add", () -> at().add(scalar(other)), this);
    }

    /// Difference.
    public Tensor sub(Tensor other) {
        return op("sub", () -> at().sub(other.at()), this, other);
    }

    public Tensor sub(double other) {
        return op("sub", () -> at().sub(scalar(other)), this);
    }

    /// Product, elementwise.
    public Tensor mul(Tensor other) {
        return op("mul", () -> at().mul(other.at()), this, other);
    }

    public Tensor mul(double other) {
        return op("mul", () -> at().mul(scalar(other)), this);
    }

    /// Quotient.
    public Tensor div(Tensor other) {
        return op("div", () -> at().div(other.at()), this, other);
    }

    public Tensor div(double other) {
        return op("div", () -> at().div(scalar(other)), this);
    }

    /// Power.
    public Tensor pow(Tensor other) {
        return op("pow", () -> at().pow(other.at()), this, other);
    }

    public Tensor pow(double other) {
        return op("pow", () -> at().pow(scalar(other)), this);
    }

    /// Remainder with the sign of the divisor.
    public Tensor remainder(Tensor other) {
        return op("remainder", () -> at().remainder(other.at()), this, other);
    }

    public Tensor remainder(double other) {
        return op("remainder", () -> at().remainder(scalar(other)), this);
    }

    /// BOOL: equal.
    public Tensor eq(Tensor other) {
        return op("eq", () -> at().eq(other.at()), this, other);
    }

    public Tensor eq(double other) {
        return op("eq", () -> at().eq(scalar(other)), this);
    }

    /// BOOL: not equal.
    public Tensor ne(Tensor other) {
        return op("ne", () -> at().ne(other.at()), this, other);
    }

    public Tensor ne(double other) {
        return op("ne", () -> at().ne(scalar(other)), this);
    }

    /// BOOL: less.
    public Tensor lt(Tensor other) {
        return op("lt", () -> at().lt(other.at()), this, other);
    }

    public Tensor lt(double other) {
        return op("lt", () -> at().lt(scalar(other)), this);
    }

    /// BOOL: less or equal.
    public Tensor le(Tensor other) {
        return op("le", () -> at().le(other.at()), this, other);
    }

    public Tensor le(double other) {
        return op("le", () -> at().le(scalar(other)), this);
    }

    /// BOOL: greater.
    public Tensor gt(Tensor other) {
        return op("gt", () -> at().gt(other.at()), this, other);
    }

    public Tensor gt(double other) {
        return op("gt", () -> at().gt(scalar(other)), this);
    }

    /// BOOL: greater or equal.
    public Tensor ge(Tensor other) {
        return op("ge", () -> at().ge(other.at()), this, other);
    }

    public Tensor ge(double other) {
        return op("ge", () -> at().ge(scalar(other)), this);
    }

    /// Negative.
    public Tensor neg() {
        return op("neg", () -> at().neg(), this);
    }

    /// Absolute value.
    public Tensor abs() {
        return op("abs", () -> at().abs(), this);
    }

    /// -1, 0 or 1.
    public Tensor sign() {
        return op("sign", () -> at().sign(), this);
    }

    /// e to the power.
    public Tensor exp() {
        return op("exp", () -> at().exp(), this);
    }

    /// exp(x) - 1, exact near 0.
    public Tensor expm1() {
        return op("expm1", () -> at().expm1(), this);
    }

    /// Natural logarithm.
    public Tensor log() {
        return op("log", () -> at().log(), this);
    }

    /// log(1 + x), exact near 0.
    public Tensor log1p() {
        return op("log1p", () -> at().log1p(), this);
    }

    /// Logarithm to base 2.
    public Tensor log2() {
        return op("log2", () -> at().log2(), this);
    }

    /// Square root.
    public Tensor sqrt() {
        return op("sqrt", () -> at().sqrt(), this);
    }

    /// 1 / sqrt(x).
    public Tensor rsqrt() {
        return op("rsqrt", () -> at().rsqrt(), this);
    }

    /// x * x.
    public Tensor square() {
        return op("square", () -> at().square(), this);
    }

    /// 1 / x.
    public Tensor reciprocal() {
        return op("reciprocal", () -> at().reciprocal(), this);
    }

    /// Sine.
    public Tensor sin() {
        return op("sin", () -> at().sin(), this);
    }

    /// Cosine.
    public Tensor cos() {
        return op("cos", () -> at().cos(), this);
    }

    /// Hyperbolic tangent.
    public Tensor tanh() {
        return op("tanh", () -> at().tanh(), this);
    }

    /// 1 / (1 + exp(-x)).
    public Tensor sigmoid() {
        return op("sigmoid", () -> at().sigmoid(), this);
    }

    /// max(x, 0).
    public Tensor relu() {
        return op("relu", () -> at().relu(), this);
    }

    /// Error function.
    public Tensor erf() {
        return op("erf", () -> at().erf(), this);
    }

    /// Largest whole number not above.
    public Tensor floor() {
        return op("floor", () -> at().floor(), this);
    }

    /// Smallest whole number not below.
    public Tensor ceil() {
        return op("ceil", () -> at().ceil(), this);
    }

    /// Nearest whole number, ties to even.
    public Tensor round() {
        return op("round", () -> at().round(), this);
    }

    /// Whole part.
    public Tensor trunc() {
        return op("trunc", () -> at().trunc(), this);
    }

    /// BOOL: not a number.
    public Tensor isnan() {
        return op("isnan", () -> at().isnan(), this);
    }

    /// BOOL: infinite.
    public Tensor isinf() {
        return op("isinf", () -> at().isinf(), this);
    }

    /// BOOL: neither infinite nor not a number.
    public Tensor isfinite() {
        return op("isfinite", () -> at().isfinite(), this);
    }

    /// `other - this` with a number on the left.
    public Tensor rsub(double other) {
        return op("rsub", () -> torch.rsub(at(), scalar(other)), this);
    }

    public Tensor maximum(Tensor other) {
        return op("maximum", () -> at().maximum(other.at()), this, other);
    }

    public Tensor minimum(Tensor other) {
        return op("minimum", () -> at().minimum(other.at()), this, other);
    }

    public Tensor clamp(double low, double high) {
        return op("clamp", () -> at().clamp(new ScalarOptional(scalar(low)), new ScalarOptional(scalar(high))), this);
    }

    public Tensor clampMin(double low) {
        return op("clamp_min", () -> at().clamp_min(scalar(low)), this);
    }

    public Tensor clampMax(double high) {
        return op("clamp_max", () -> at().clamp_max(scalar(high)), this);
    }

    /// `this + weight * (end - this)`.
    public Tensor lerp(Tensor end, double weight) {
        return op("lerp", () -> at().lerp(end.at(), new Scalar(weight)), this, end);
    }

    public Tensor atan2(Tensor other) {
        return op("atan2", () -> at().atan2(other.at()), this, other);
    }

    // ---- logic on BOOL, bits on integers

    public Tensor logicalAnd(Tensor other) {
        return op("logical_and", () -> at().logical_and(other.at()), this, other);
    }

    public Tensor logicalOr(Tensor other) {
        return op("logical_or", () -> at().logical_or(other.at()), this, other);
    }

    public Tensor logicalNot() {
        return op("logical_not", () -> at().logical_not(), this);
    }

    public Tensor bitwiseAnd(long bits) {
        return op("bitwise_and", () -> at().bitwise_and(new Scalar(bits)), this);
    }

    public Tensor bitwiseOr(long bits) {
        return op("bitwise_or", () -> at().bitwise_or(new Scalar(bits)), this);
    }

    public Tensor bitwiseXor(long bits) {
        return op("bitwise_xor", () -> at().bitwise_xor(new Scalar(bits)), this);
    }

    // ---- products

    /// Matrix product; leading dimensions are batches and broadcast.
    public Tensor matmul(Tensor other) {
        return op("matmul", () -> at().matmul(other.at()), this, other);
    }

    /// Batches of matrix products, `[b, n, m] x [b, m, p]`.
    public Tensor bmm(Tensor other) {
        return op("bmm", () -> at().bmm(other.at()), this, other);
    }

    /// `beta this + alpha a b` in batches, `[b, n, m] x [b, m, p]`; this is broadcast.
    public Tensor baddbmm(Tensor a, Tensor b, double beta, double alpha) {
        return op("baddbmm", () -> at().baddbmm(a.at(), b.at(), new Scalar(beta), new Scalar(alpha)), this, a, b);
    }

    /// Inner product of two vectors.
    public Tensor dot(Tensor other) {
        return op("dot", () -> at().dot(other.at()), this, other);
    }

    public Tensor outer(Tensor other) {
        return op("outer", () -> at().outer(other.at()), this, other);
    }

    // ---- reductions

    /// Sum of all elements.
    public Tensor sum() {
        return op("sum", () -> at().sum(), this);
    }

    /// The same along `dims`; `keep` leaves them with size 1.
    public Tensor sum(boolean keep, long... dims) {
        return op("sum", () -> at().sum(dims, keep, new ScalarTypeOptional()), this);
    }

    /// Mean of all elements.
    public Tensor mean() {
        return op("mean", () -> at().mean(), this);
    }

    /// The same along `dims`; `keep` leaves them with size 1.
    public Tensor mean(boolean keep, long... dims) {
        return op("mean", () -> at().mean(dims, keep, new ScalarTypeOptional()), this);
    }

    /// Largest element; NaN when one is NaN.
    public Tensor amax() {
        return op("amax", () -> at().amax(), this);
    }

    /// The same along `dims`; `keep` leaves them with size 1.
    public Tensor amax(boolean keep, long... dims) {
        return op("amax", () -> at().amax(dims, keep), this);
    }

    /// Smallest element; NaN when one is NaN.
    public Tensor amin() {
        return op("amin", () -> at().amin(), this);
    }

    /// The same along `dims`; `keep` leaves them with size 1.
    public Tensor amin(boolean keep, long... dims) {
        return op("amin", () -> at().amin(dims, keep), this);
    }

    /// Variance of all elements with `n - correction` in the divisor.
    public Tensor var(long correction) {
        return var(correction, false);
    }

    public Tensor var(long correction, boolean keep, long... dims) {
        return op("var", () -> at().var(dims, new ScalarOptional(new Scalar(correction)), keep), this);
    }

    public Tensor prod() {
        return op("prod", () -> at().prod(), this);
    }

    /// Euclidean norm of all elements.
    public Tensor norm() {
        return op("norm", () -> torch.linalg_vector_norm(at()), this);
    }

    public Tensor norm(boolean keep, long... dims) {
        return op(
                "norm",
                () -> torch.linalg_vector_norm(at(), new Scalar(2.0), dims, keep, new ScalarTypeOptional()),
                this);
    }

    public Tensor logsumexp(boolean keep, long... dims) {
        return op("logsumexp", () -> at().logsumexp(dims, keep), this);
    }

    public Tensor cumsum(long dim) {
        return op("cumsum", () -> at().cumsum(dim), this);
    }

    public Tensor argmax(long dim) {
        return op("argmax", () -> at().argmax(new LongOptional(dim), false), this);
    }

    public Tensor argmin(long dim) {
        return op("argmin", () -> at().argmin(new LongOptional(dim), false), this);
    }

    /// The middle of all elements, the lower of two.
    public Tensor median() {
        return op("median", () -> at().median(), this);
    }

    /// The quantile `q` in [0, 1] of all elements, linear between neighbours.
    public Tensor quantile(double q) {
        return op("quantile", () -> at().quantile(q), this);
    }

    /// BOOL: whether any element is true.
    public Tensor any() {
        return op("any", () -> at().any(), this);
    }

    /// BOOL: whether all elements are true.
    public Tensor all() {
        return op("all", () -> at().all(), this);
    }

    public Tensor countNonzero() {
        return op("count_nonzero", () -> at().count_nonzero(), this);
    }

    public Tensor softmax(long dim) {
        return op("softmax", () -> at().softmax(dim), this);
    }

    public Tensor logSoftmax(long dim) {
        return op("log_softmax", () -> at().log_softmax(dim), this);
    }

    // ---- in place

    /// Adds in place.
    public Tensor add_(Tensor other) {
        return inPlace("add_", () -> at().add_(other.at()), this, other);
    }

    public Tensor add_(double other) {
        return inPlace("add_", () -> at().add_(scalar(other)), this);
    }

    /// Subtracts in place.
    public Tensor sub_(Tensor other) {
        return inPlace("sub_", () -> at().sub_(other.at()), this, other);
    }

    public Tensor sub_(double other) {
        return inPlace("sub_", () -> at().sub_(scalar(other)), this);
    }

    /// Multiplies in place.
    public Tensor mul_(Tensor other) {
        return inPlace("mul_", () -> at().mul_(other.at()), this, other);
    }

    public Tensor mul_(double other) {
        return inPlace("mul_", () -> at().mul_(scalar(other)), this);
    }

    /// Divides in place.
    public Tensor div_(Tensor other) {
        return inPlace("div_", () -> at().div_(other.at()), this, other);
    }

    public Tensor div_(double other) {
        return inPlace("div_", () -> at().div_(scalar(other)), this);
    }

    /// `this += alpha * other`.
    public Tensor add_(Tensor other, double alpha) {
        return inPlace("add_", () -> at().add_(other.at(), new Scalar(alpha)), this, other);
    }

    /// `this += value * a * b`.
    public Tensor addcmul_(Tensor a, Tensor b, double value) {
        return inPlace("addcmul_", () -> at().addcmul_(a.at(), b.at(), new Scalar(value)), this, a, b);
    }

    /// `this += value * a / b`.
    public Tensor addcdiv_(Tensor a, Tensor b, double value) {
        return inPlace("addcdiv_", () -> at().addcdiv_(a.at(), b.at(), new Scalar(value)), this, a, b);
    }

    /// `this += weight * (end - this)`.
    public Tensor lerp_(Tensor end, double weight) {
        return inPlace("lerp_", () -> at().lerp_(end.at(), new Scalar(weight)), this, end);
    }

    public Tensor sqrt_() {
        return inPlace("sqrt_", () -> at().sqrt_(), this);
    }

    public Tensor erfinv_() {
        return inPlace("erfinv_", () -> at().erfinv_(), this);
    }

    public Tensor sign_() {
        return inPlace("sign_", () -> at().sign_(), this);
    }

    public Tensor clamp_(double low, double high) {
        return inPlace(
                "clamp_",
                () -> at().clamp_(new ScalarOptional(new Scalar(low)), new ScalarOptional(new Scalar(high))),
                this);
    }

    public Tensor maskedFill_(Tensor mask, double value) {
        return inPlace("masked_fill_", () -> at().masked_fill_(mask.at(), new Scalar(value)), this, mask);
    }

    /// Takes the elements of `source`, converted and broadcast.
    public Tensor copy_(Tensor source) {
        return inPlace("copy_", () -> at().copy_(source.at()), this, source);
    }

    public Tensor zero_() {
        return inPlace("zero_", () -> at().zero_(), this);
    }

    public Tensor fill_(double value) {
        return inPlace("fill_", () -> at().fill_(scalar(value)), this);
    }

    /// Fills with normal numbers; draws one number of the stream.
    public Tensor normal_(RandomStream random, double mean, double std) {
        try (var generator = Tensors.generator(random)) {
            return inPlace("normal_", () -> at().normal_(mean, std, new GeneratorOptional(generator)), this);
        }
    }

    /// Fills with uniform numbers of `[low, high)`; draws one number of the stream.
    public Tensor uniform_(RandomStream random, double low, double high) {
        try (var generator = Tensors.generator(random)) {
            return inPlace("uniform_", () -> at().uniform_(low, high, new GeneratorOptional(generator)), this);
        }
    }

    /// Fills with 1 at the given probability, else 0; draws one number of the stream.
    public Tensor bernoulli_(RandomStream random, double probability) {
        try (var generator = Tensors.generator(random)) {
            return inPlace("bernoulli_", () -> at().bernoulli_(probability, new GeneratorOptional(generator)), this);
        }
    }

    // ---- gradients (more in Autograd)

    /// The same elements, cut from the graph; a view.
    public Tensor detach() {
        return op("detach", () -> at().detach(), this);
    }

    /// Asks for a gradient with respect to this tensor.
    ///
    /// @return this tensor
    public Tensor requiresGrad(boolean required) {
        return inPlace("set_requires_grad", () -> at().set_requires_grad(required), this);
    }

    public boolean requiresGrad() {
        return at().requires_grad();
    }

    /// The gradient that backward passes have accumulated here, or null when none has.
    public @Nullable Tensor grad() {
        var grad = wrapElement(at().grad());
        return grad.at().defined() ? grad : null;
    }

    /// Makes backward passes accumulate into `buffer` (of the same shape), such as a view of a flat buffer. It
    /// stays so
    /// for normal backward passes; one with createGraph replaces it.
    public void accumulateGradInto(Tensor buffer) {
        try (var slot = at().mutable_grad()) {
            slot.put(buffer.at());
        }
    }

    /// Forgets the gradient.
    public void clearGrad() {
        try (var slot = at().mutable_grad()) {
            slot.reset();
        }
    }

    /// Accumulates the gradients of this scalar into the leaves it depends on.
    public void backward() {
        try {
            at().backward();
        } catch (RuntimeException e) {
            throw TensorException.of("backward", e, this);
        }
    }

    /// Accumulates the gradients of the inner product of this tensor and `gradient`.
    public void backward(Tensor gradient) {
        try {
            at().backward(gradient.at(), new BoolOptional(), false, new TensorArrayRefOptional());
        } catch (RuntimeException e) {
            throw TensorException.of("backward", e, this, gradient);
        }
    }

    /// Keeps the gradient of a tensor that is not a leaf.
    public Tensor retainGrad() {
        at().retain_grad();
        return this;
    }

    static List<Tensor> list(TensorVector vector) {
        var tensors = new ArrayList<Tensor>();
        for (var i = 0L; i < vector.size(); i++) {
            tensors.add(wrapElement(vector.get(i)));
        }
        return tensors;
    }
}
