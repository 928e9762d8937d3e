"""Tests of voxveil."""
