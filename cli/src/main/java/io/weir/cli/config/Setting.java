package io.weir.cli.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks an option that the environment and the configuration file may give too: {@code --cluster-id} is
 * {@code WEIR_CLUSTER_ID} and {@code cluster-id}. Options that say what one call is to do are not marked.
 */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Setting {}
