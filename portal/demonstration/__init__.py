"""Made-up people and cases for trying the portal out. Nobody in here is real."""
