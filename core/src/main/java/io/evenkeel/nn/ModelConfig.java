package io.evenkeel.nn;

/// Which model is trained: the choices of `model: {type: ..}`.
public sealed interface ModelConfig permits Decoder.Config, Mlp.Config, ConvNet.Config, VisionTransformer.Config {}
