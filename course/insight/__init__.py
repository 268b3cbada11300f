"""Tables and pictures that say what a network is and does."""

from course.insight.summary import Summary, summary

__all__ = ["Summary", "summary"]
