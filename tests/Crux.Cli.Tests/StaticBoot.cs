using Crux.Protos;
using Crux.Services.Operator;
using Google.Protobuf.WellKnownTypes;

namespace Crux.Cli.Tests;

/// <summary>A start-up that stands where the test put it.</summary>
internal sealed class StaticBoot : IBootReport
{
    public List<BootStep> Steps { get; } =
    [
        new() { Name = "flock", State = BootState.Done, Took = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(840)) },
        new() { Name = "reeve", State = BootState.Done, Took = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(12)), After = { "flock" } },
        new() { Name = "steward", State = BootState.Idle, After = { "flock", "reeve" } },
    ];

    IReadOnlyList<BootStep> IBootReport.Steps => Steps;
}
