"""Several memories become one: the preview with what is kept, what is lost, and where they contradict each other."""
