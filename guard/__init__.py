"""A guard between a company and the chat-AI services its people use."""
