"""What may be watched from outside: the log, its verification, and the policy in words."""
