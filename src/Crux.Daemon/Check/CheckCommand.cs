using System.CommandLine;

namespace Crux.Daemon.Check;

/// <summary><c>fulcrum check</c>.</summary>
internal static class CheckCommand
{
    public static Command Create() => new("check", "Says whether this machine can run a node as configured.");
}
