using System.CommandLine;

namespace Crux.Cli.Commands;

/// <summary><c>crux flock</c>: what becomes of the flock as a whole.</summary>
internal static class FlockCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options) => new TaughtCommand("flock", "Seals the flock, takes it into another, gives lost members up, and shows which others are near.")
    {
        FlockShowCommand.Create(terminal, options),
        FlockSealCommand.Create(terminal, options),
        FlockAbsorbCommand.Create(terminal, options),
        FlockAcceptLossCommand.Create(terminal, options),
        FlockRefoundCommand.Create(terminal, options),
    };
}
