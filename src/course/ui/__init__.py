"""JupyterLab: starting it, and widgets and pictures, each with a plain-text twin."""
