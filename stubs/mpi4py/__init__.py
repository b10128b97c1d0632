"""One process alone, as a program runs that nobody starts with mpirun."""
from mpi4py import MPI
