"""JupyterLab: its server, its kernels, panels and pictures, each with a text twin."""
