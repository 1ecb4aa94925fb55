"""What the report's page may do beyond all others. Pure: whoever checks the portal from outside reads it too."""

# It may look at what was chosen on this device (static/js/{pictures,video}.mjs): blob: is what scripts of ours made here.
FILES_OF_THE_PHONE = {"img-src": "'self' blob:", "media-src": "blob:"}
