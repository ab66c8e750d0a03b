"""A guarded conversation on this machine: a stand-in AI service, the guard, and the services' own clients."""
