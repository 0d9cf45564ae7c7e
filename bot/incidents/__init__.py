"""Incidents, pure: looks and reports in; when an outage began and ended, who is told what, what is shared, out."""
