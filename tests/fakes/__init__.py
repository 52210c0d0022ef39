"""Fakes of foreign programs; each passes the contract suite of what it stands for."""
