from _ext import *
