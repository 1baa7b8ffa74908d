package io.evenkeel.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A record as a configuration: its components as keys, its constructor and its defaults.
final class Shape {
    private static final ClassValue<Shape> SHAPES = new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
            return new Shape(type);
        }
    };

    private final Constructor<?> constructor;
    private final List<Component> components;

    /// One component.
    ///
    /// @param name     its key
    /// @param type     its type with arguments
    /// @param nullable whether it may be null
    /// @param inline   whether its own keys stand beside the other components' keys
    /// @param doc      what [Doc] says, or empty
    record Component(String name, Type type, boolean nullable, boolean inline, String doc, Method accessor) {
        Class<?> raw() {
            return Shape.raw(type);
        }

        @Nullable
        Object get(Object instance) {
            try {
                return accessor.invoke(instance);
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new LinkageError("accessor " + accessor, e);
            }
        }
    }

    private Shape(Class<?> type) {
        if (!type.isRecord()) {
            throw new IllegalArgumentException(type.getName() + " must be a record to be a configuration");
        }
        components = Arrays.stream(type.getRecordComponents())
                .map(c -> component(type, c))
                .toList();
        try {
            constructor = type.getDeclaredConstructor(Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::getType)
                    .toArray(Class<?>[]::new));
            constructor.setAccessible(true);
        } catch (NoSuchMethodException e) {
            throw new AssertionError("every record has its canonical constructor", e);
        }
    }

    static Shape of(Class<?> record) {
        return SHAPES.get(record);
    }

    private static Component component(Class<?> record, RecordComponent component) {
        var accessor = component.getAccessor();
        accessor.setAccessible(true);
        var doc = component.getAnnotation(Doc.class);
        var result = new Component(
                component.getName(),
                component.getGenericType(),
                component.getAnnotatedType().isAnnotationPresent(Nullable.class),
                component.isAnnotationPresent(Inline.class),
                doc == null ? "" : doc.value(),
                accessor);
        var isChoice = Arrays.stream(record.getInterfaces()).anyMatch(Shape::isChoice);
        if (isChoice && result.name().equals(Choices.TYPE)) {
            throw new IllegalArgumentException(record.getName() + " must not have a component " + Choices.TYPE
                    + ", the key that names it among the choices");
        }
        if (result.inline() && (result.nullable() || !isRecordOrChoice(result.raw()))) {
            throw new IllegalArgumentException(record.getName() + "." + result.name()
                    + " must be a record or a sealed choice and not nullable to be @Inline");
        }
        return result;
    }

    List<Component> components() {
        return components;
    }

    /// Whether a plain scalar can stand for the whole record: one of its inlined components is a choice.
    boolean hasInlineChoice() {
        return components.stream()
                .filter(Component::inline)
                .anyMatch(c -> isChoice(c.raw()) || of(c.raw()).hasInlineChoice());
    }

    /// @throws IllegalArgumentException as the constructor does
    Object construct(@Nullable Object[] arguments) {
        try {
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new LinkageError("constructor " + constructor, e);
        } catch (InstantiationException | IllegalAccessException e) {
            throw new LinkageError("constructor " + constructor, e);
        }
    }

    /// What the static method `defaults()` of a record or a sealed interface gives; null when it has none.
    static @Nullable Object defaults(Class<?> type) {
        try {
            var method = type.getDeclaredMethod("defaults");
            if (!Modifier.isStatic(method.getModifiers())) {
                return null;
            }
            method.setAccessible(true);
            return method.invoke(null);
        } catch (NoSuchMethodException e) {
            return null;
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new LinkageError(type.getName() + ".defaults()", e);
        }
    }

    static boolean isChoice(Class<?> type) {
        return type.isSealed() && type.isInterface();
    }

    static boolean isRecordOrChoice(Class<?> type) {
        return type.isRecord() || isChoice(type);
    }

    static Class<?> raw(Type type) {
        return switch (type) {
            case Class<?> c -> c;
            case ParameterizedType p -> (Class<?>) p.getRawType();
            case WildcardType w -> raw(w.getUpperBounds()[0]);
            default -> throw new IllegalArgumentException("type " + type + " is not supported in configurations");
        };
    }

    /// The type argument of a collection.
    static Type argument(Type type, int index) {
        if (type instanceof ParameterizedType parameterized) {
            return parameterized.getActualTypeArguments()[index];
        }
        throw new IllegalArgumentException("type " + type + " must have type arguments to be a configuration");
    }
}
