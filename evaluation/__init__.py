"""Measures a bundle on recordings of real talkers: quality, words, melody, privacy; and writes the report."""
