using Grpc.Core;

namespace Crux.Services;

/// <summary>Every process that may open the socket may have every name but Crux's own.</summary>
internal sealed class AnyLocalNames : ILocalNames
{
    public string? FindProblem(ServerCallContext context, string name) => name.StartsWith(ILocalNames.ReservedPrefix, StringComparison.Ordinal)
        ? $"Names that begin with '{ILocalNames.ReservedPrefix}' are Crux's own: choose another than '{name}'."
        : null;
}
