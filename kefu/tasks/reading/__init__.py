"""What buyers' words hold: days ahead, labels of parcels, variants, invoice titles."""
