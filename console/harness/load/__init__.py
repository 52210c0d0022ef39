"""How it is sent: schedule, faults, connections, the ledger, the processes, the live figures."""
