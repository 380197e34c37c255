namespace Crux.System.Tests.Lab;

/// <summary>The signals that tests send; the numbers are Linux's.</summary>
internal enum LabSignal
{
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}
