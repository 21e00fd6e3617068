"""The default transports, on httpx. Nothing else imports that library."""
