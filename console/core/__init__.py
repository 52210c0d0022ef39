"""The words everybody uses: ids, keys, events, errors, time. Standard library only, no I/O."""
