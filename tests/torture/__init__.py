"""The shipped command in the worst hours: a bad line, servers that go and come, SIGKILL at any moment.

At the end the servers are asked how many replies each question has. scripts/torture runs it in full, CI in short.
"""
