"""The spaCy components: sections, tagger (trainable), linker."""
