namespace Crux.Node.Bootstrap;

/// <summary>How a step stands that has started.</summary>
/// <param name="Phase">Waiting, Done or Idle.</param>
/// <param name="WaitsFor">The condition in words, where it waits.</param>
internal sealed record Standing(BootPhase Phase, string WaitsFor = "")
{
    public static Standing Done { get; } = new(BootPhase.Done);

    public static Standing Idle { get; } = new(BootPhase.Idle);

    public static Standing Waiting(string condition) => new(BootPhase.Waiting, condition);
}
