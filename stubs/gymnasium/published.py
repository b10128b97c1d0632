"""
The published spaces of known environments: observation, then actions. A whole number is a Discrete space of so many,
a tuple the shape of a Box.
https://gymnasium.farama.org/environments/  https://ale.farama.org/environments/
"""
import re

from convlens import unknown

SPACES = {
    # Classic control
    "CartPole-v0": ((4,), 2),
    "CartPole-v1": ((4,), 2),
    "MountainCar-v0": ((2,), 3),
    "MountainCarContinuous-v0": ((2,), (1,)),
    "Pendulum-v0": ((3,), (1,)),
    "Pendulum-v1": ((3,), (1,)),
    "Acrobot-v1": ((6,), 3),
    # Box2D
    "LunarLander-v2": ((8,), 4),
    "LunarLander-v3": ((8,), 4),
    "LunarLanderContinuous-v2": ((8,), (2,)),
    "LunarLanderContinuous-v3": ((8,), (2,)),
    "BipedalWalker-v2": ((24,), (4,)),
    "BipedalWalker-v3": ((24,), (4,)),
    "BipedalWalkerHardcore-v2": ((24,), (4,)),
    "BipedalWalkerHardcore-v3": ((24,), (4,)),
    # Toy text
    "FrozenLake-v0": (16, 4),
    "FrozenLake-v1": (16, 4),
    "FrozenLake8x8-v0": (64, 4),
    "FrozenLake8x8-v1": (64, 4),
    "Taxi-v2": (500, 6),
    "Taxi-v3": (500, 6),
    "CliffWalking-v0": (48, 4),
    # MuJoCo
    "HalfCheetah-v1": ((17,), (6,)),
    "HalfCheetah-v2": ((17,), (6,)),
    "HalfCheetah-v3": ((17,), (6,)),
    "HalfCheetah-v4": ((17,), (6,)),
    "HalfCheetah-v5": ((17,), (6,)),
    "Hopper-v1": ((11,), (3,)),
    "Hopper-v2": ((11,), (3,)),
    "Hopper-v3": ((11,), (3,)),
    "Hopper-v4": ((11,), (3,)),
    "Hopper-v5": ((11,), (3,)),
    "Walker2d-v1": ((17,), (6,)),
    "Walker2d-v2": ((17,), (6,)),
    "Walker2d-v3": ((17,), (6,)),
    "Walker2d-v4": ((17,), (6,)),
    "Walker2d-v5": ((17,), (6,)),
    "Ant-v1": ((111,), (8,)),
    "Ant-v2": ((111,), (8,)),
    "Ant-v3": ((111,), (8,)),
    "Ant-v4": ((27,), (8,)),
    "Ant-v5": ((105,), (8,)),
    "Humanoid-v1": ((376,), (17,)),
    "Humanoid-v2": ((376,), (17,)),
    "Humanoid-v3": ((376,), (17,)),
    "Humanoid-v4": ((376,), (17,)),
    "Humanoid-v5": ((348,), (17,)),
    "Swimmer-v2": ((8,), (2,)),
    "Swimmer-v3": ((8,), (2,)),
    "Swimmer-v4": ((8,), (2,)),
    "Swimmer-v5": ((8,), (2,)),
    "Reacher-v2": ((11,), (2,)),
    "Reacher-v4": ((11,), (2,)),
    "Reacher-v5": ((10,), (2,)),
    "Pusher-v2": ((23,), (7,)),
    "Pusher-v4": ((23,), (7,)),
    "Pusher-v5": ((23,), (7,)),
    "InvertedPendulum-v2": ((4,), (1,)),
    "InvertedPendulum-v4": ((4,), (1,)),
    "InvertedPendulum-v5": ((4,), (1,)),
    "InvertedDoublePendulum-v2": ((11,), (1,)),
    "InvertedDoublePendulum-v4": ((11,), (1,)),
    "InvertedDoublePendulum-v5": ((9,), (1,)),
    # The same names in PyBullet
    "HalfCheetahBulletEnv-v0": ((26,), (6,)),
    "HopperBulletEnv-v0": ((15,), (3,)),
    "Walker2DBulletEnv-v0": ((22,), (6,)),
    "AntBulletEnv-v0": ((28,), (8,)),
    "HumanoidBulletEnv-v0": ((44,), (17,)),
}

# How many actions a game of the Atari 2600 has (its minimal set).
ATARI_ACTIONS = {
    "Alien": 18, "Amidar": 10, "Assault": 7, "Asterix": 9, "Asteroids": 14, "Atlantis": 4, "BankHeist": 18,
    "BattleZone": 18, "BeamRider": 9, "Berzerk": 18, "Bowling": 6, "Boxing": 18, "Breakout": 4, "Centipede": 18,
    "ChopperCommand": 18, "CrazyClimber": 9, "Defender": 18, "DemonAttack": 6, "DoubleDunk": 18, "Enduro": 9,
    "FishingDerby": 18, "Freeway": 3, "Frostbite": 18, "Gopher": 8, "Gravitar": 18, "Hero": 18, "IceHockey": 18,
    "Jamesbond": 18, "Kangaroo": 18, "Krull": 18, "KungFuMaster": 14, "MontezumaRevenge": 18, "MsPacman": 9,
    "NameThisGame": 6, "Phoenix": 8, "Pitfall": 18, "Pong": 6, "PrivateEye": 18, "Qbert": 6, "Riverraid": 18,
    "RoadRunner": 18, "Robotank": 18, "Seaquest": 18, "Skiing": 3, "Solaris": 18, "SpaceInvaders": 6,
    "StarGunner": 18, "Tennis": 18, "TimePilot": 10, "Tutankham": 8, "UpNDown": 6, "Venture": 18,
    "VideoPinball": 9, "WizardOfWor": 10, "YarsRevenge": 18, "Zaxxon": 18,
}  # fmt: skip


def spaces_of(name):
    """Observations and actions of an environment by its name, and the type of its observations."""
    if name in SPACES:
        return SPACES[name] + ("float32",)
    game = re.match(r"^(?:ALE/)?([A-Z]\w*?)(?:Deterministic|NoFrameskip)?-v[0-9]$", name)
    if game is None or game.group(1) not in ATARI_ACTIONS:
        data = unknown(f"the spaces of the environment {name} are not known")
        return data, data, "float32"
    return (210, 160, 3), ATARI_ACTIONS[game.group(1)], "uint8"
