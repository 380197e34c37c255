using Crux.Protos;

namespace Crux.Cli.Json;

/// <summary>What orders the leaders' words. The lineage is a string: 64 random bits don't fit a JSON number.</summary>
internal sealed record TokenJson(string Lineage, ulong Term, ulong Sequence)
{
    public static TokenJson Of(Token? token) => new($"{token?.Lineage ?? 0:x16}", token?.Term ?? 0, token?.Sequence ?? 0);
}
