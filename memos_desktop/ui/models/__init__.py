"""The Models page: what runs here, what is loaded, what can be had."""
