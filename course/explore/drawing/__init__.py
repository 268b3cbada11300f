"""Drawing with strings: SVG elements, lettering, grids of numbers, colours; nothing here knows what is drawn."""
