"""Oversight: the audit log read, verified, compared and exported; unusual access; readiness; the policy in words."""
