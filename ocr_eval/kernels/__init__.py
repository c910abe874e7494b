"""Arrays in, arrays out: Numba kernels, their numpy twins, and the exact path. No text, no protocol, no file."""
