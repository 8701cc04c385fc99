"""What a person sees: the window, its pages and widgets. Only this package imports Qt."""
