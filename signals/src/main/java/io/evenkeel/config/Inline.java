package io.evenkeel.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// On a record component that is a record or a sealed choice: its keys stand beside those of the enclosing record
/// instead of one level deeper, so `optimizer: {type: adamw, betas: [0.9, 0.95], lr: 1e-3}` fills both a rule and the
/// options that all rules share.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Inline {}
