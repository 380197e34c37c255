using Crux.Services.Operator;
using Microsoft.Extensions.Logging;

namespace Crux.Node.Bootstrap;

/// <summary>Tells the log and the operator how the start-up goes.</summary>
internal sealed partial class BootReporter(ILogger logger, OperatorEvents events)
{
    public const string Category = "Crux.Bootstrap";

    public void Changed(StepReport step)
    {
        switch (step.Phase)
        {
            case BootPhase.Waiting:
                LogWaiting(step.Name, step.WaitsFor);
                events.Publish("boot", $"Step {step.Name} waits for {step.WaitsFor}.");
                break;
            case BootPhase.Done:
                var took = step is { Began: { } began, Ended: { } ended } ? (ended - began).TotalMilliseconds : 0;
                LogDone(step.Name, took);
                events.Publish("boot", $"Step {step.Name} is done after {took:F0} ms.");
                break;
            case BootPhase.Idle:
                LogIdle(step.Name);
                events.Publish("boot", $"Step {step.Name} is idle: not for this node now.");
                break;
        }
    }

    public void Failed(string step, Exception problem)
    {
        LogFailed(problem, step);
        events.Publish("boot", $"Step {step} failed: {problem.Message}");
    }

    /// <summary>A file that the node can do without is not what it was.</summary>
    public void Damaged(string what)
    {
        LogDamaged(what);
        events.Publish("boot", what);
    }

    [LoggerMessage(EventId = 4101, Level = LogLevel.Information, Message = "Step {Step} waits for {Condition}.")]
    private partial void LogWaiting(string step, string condition);

    [LoggerMessage(EventId = 4102, Level = LogLevel.Information, Message = "Step {Step} is done after {Milliseconds:F0} ms.")]
    private partial void LogDone(string step, double milliseconds);

    [LoggerMessage(EventId = 4103, Level = LogLevel.Information, Message = "Step {Step} is idle: not for this node now.")]
    private partial void LogIdle(string step);

    [LoggerMessage(EventId = 4104, Level = LogLevel.Error, Message = "Step {Step} failed.")]
    private partial void LogFailed(Exception problem, string step);

    [LoggerMessage(EventId = 4105, Level = LogLevel.Warning, Message = "{What}")]
    private partial void LogDamaged(string what);
}
