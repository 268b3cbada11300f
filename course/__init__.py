"""The reference library of *Sobel to VGG*: a convolutional network that can be read in an evening.

Rooms, from the ground up: ``kernels`` (compiled loops), ``functional`` (operations and their gradients), ``nn`` (layers),
``optim``, ``data``, ``models``, ``training``, ``insight`` (tables about models), ``explore`` (pictures that move).
Importing ``course`` itself loads no other package; each room loads what it needs when it is first used.
"""

from course.kernels.threads import num_threads, set_num_threads

__version__ = "0.1.0"
__all__ = ["__version__", "num_threads", "set_num_threads"]
