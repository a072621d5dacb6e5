"""A hands-on course on Kubernetes ExternalName Services."""
