using Crux.Protos;

namespace Crux.Services.Operator;

/// <summary>How the node's start-up stands. The bootstrap fills it; tests fill it by hand.</summary>
/// <remarks>Thread-safe: each read is a copy of one moment.</remarks>
public interface IBootReport
{
    /// <summary>Every step, in the order in which they are listed in code.</summary>
    IReadOnlyList<BootStep> Steps { get; }
}
