package io.weir.benchmarks;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks an option that the program fills from {@code WEIR_*} and the configuration file too. It knows the mark by this
 * simple name, whoever declares it: so the modules need not know each other.
 */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
@interface Setting {}
