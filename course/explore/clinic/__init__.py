"""The clinic: networks that were broken on purpose, and the plots by which one can tell how."""
