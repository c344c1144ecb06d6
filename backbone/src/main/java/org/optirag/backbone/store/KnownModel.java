package org.optirag.backbone.store;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A model that OptiRAG knows by a short name.
 *
 * @param name the short name
 * @param description a line about it
 * @param licence of the weights, as an SPDX identifier
 * @param pythonPackage the Python package that carries it
 * @param version that package's version
 * @param entry the model's path in the package
 * @param file its name in the cache
 * @param bytes its size
 * @param sha256 its checksum
 */
public record KnownModel(
    String name,
    String description,
    String licence,
    @JsonProperty("package") String pythonPackage,
    String version,
    String entry,
    String file,
    long bytes,
    String sha256) {}
