"""What callers hand in and get back: images, videos and sound, how they are recognised, masked and saved."""
