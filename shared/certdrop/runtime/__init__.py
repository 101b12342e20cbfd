"""The Function Compute shim: context, trigger events, logging, run(), wiring of the House."""
