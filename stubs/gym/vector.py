from gymnasium.vector import *
