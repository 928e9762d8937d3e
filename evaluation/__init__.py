"""Measures a bundle on recordings of real talkers: quality, intelligibility, prosody, privacy; and writes the report."""
