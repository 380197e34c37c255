using Grpc.Core;

namespace Crux.Services;

/// <summary>Says which local process may be which service or client: a map of users in a daemon, anybody anything in hosts without one.</summary>
/// <remarks>Thread-safe.</remarks>
public interface ILocalNames
{
    /// <summary>Names that begin so are Crux's own; no process may have one.</summary>
    const string ReservedPrefix = "crux.";

    /// <summary>Why the calling process may not be called <paramref name="name"/>, and what to do; null where it may.</summary>
    string? FindProblem(ServerCallContext context, string name);
}
