"""The compiled training loop of QNL-Net: one image at a time, a whole epoch in one call."""
