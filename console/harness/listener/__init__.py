"""The scripted receiver: answers as it is told, keeps what it gets, plays a downstream EHR or laboratory."""
