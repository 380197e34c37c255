using System.CommandLine;

namespace Crux.Daemon.Tour;

/// <summary><c>fulcrum up</c>: a whole flock in one process.</summary>
internal static class UpCommand
{
    public static Command Create() => new("up", "Plays a whole flock on this machine and tells what happens.");
}
